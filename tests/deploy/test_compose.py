"""The compose file starts everything in an order that works, with settings that exist."""

from __future__ import annotations

import re

import pytest

from schemas import events, messages
from services.settings import PREFIX, Settings

SERVICES = ("ingest", "detect", "relay", "follow-up", "notify", "api")


def environment(service):
    return {name: value for name, value in service.get("environment", {}).items() if name.startswith(PREFIX)}


def conditions(service):
    return {name: wait["condition"] for name, wait in service["depends_on"].items()}


def test_every_service_of_the_product_is_there_under_its_own_command(compose):
    for name in SERVICES:
        assert compose["services"][name]["command"] == [name]
    assert compose["services"]["migrate"]["command"] == ["db", "upgrade"]


@pytest.mark.parametrize("name", [*SERVICES, "migrate", "simulate"])
def test_settings_of_a_service_exist_and_are_valid(compose, name, monkeypatch):
    given = environment(compose["services"][name])
    fields = {setting.removeprefix(PREFIX).lower(): value for setting, value in given.items()}
    assert set(fields) <= set(Settings.model_fields)
    plain = {field: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value) for field, value in fields.items()}
    settings = Settings(**plain)
    assert settings.database.startswith("postgresql+psycopg://ebbwatch:")
    assert settings.http_host == "0.0.0.0"  # noqa: S104 - inside a container; the port is published on loopback


def test_services_wait_for_the_topics_and_the_schema(compose):
    for name in SERVICES:
        waits = conditions(compose["services"][name])
        assert waits["topics"] == waits["migrate"] == "service_completed_successfully"
        assert waits["kafka"] == "service_healthy"
    assert conditions(compose["services"]["migrate"]) == {"postgres": "service_healthy"}


def test_whoever_is_waited_for_as_healthy_says_when_it_is(compose):
    for service in compose["services"].values():
        for name, condition in conditions(service).items() if "depends_on" in service else ():
            if condition == "service_healthy":
                assert compose["services"][name]["healthcheck"]["test"]


def test_the_products_containers_have_no_rights_they_do_not_need(compose):
    for name in (*SERVICES, "migrate", "simulate"):
        service = compose["services"][name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]


def test_ports_are_published_on_loopback_only(compose):
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_images_are_pinned_and_volumes_declared(compose):
    for service in compose["services"].values():
        assert re.fullmatch(r"[\w./-]+:v?\d[\w.]*", service["image"])
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source.startswith("./") or source in compose["volumes"]


def test_prometheus_scrapes_every_service_on_the_port_it_answers(compose, scrape_jobs):
    for name in SERVICES:
        given = environment(compose["services"][name])
        port = int(given.get("EBBWATCH_METRICS_PORT", given.get("EBBWATCH_HTTP_PORT", 0)))
        assert scrape_jobs[f"ebbwatch-{name}"] == (name, port)


def test_topics_made_are_those_of_the_contract(compose):
    (script,) = compose["services"]["topics"]["command"]
    made = set(re.findall(r"^make (\S+)", script, re.MULTILINE))
    contract = {
        value for module in (events, messages) for name, value in vars(module).items() if name.startswith("TOPIC_")
    }
    assert made == contract
    for topic in (events.TOPIC_CLIENTS, events.TOPIC_RATES):
        assert re.search(rf"^make {re.escape(topic)} .*cleanup.policy=compact", script, re.MULTILINE)
