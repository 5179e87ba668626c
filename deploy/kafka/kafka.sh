#!/usr/bin/env bash
# One Apache Kafka broker in KRaft mode on 127.0.0.1, from Maven Central jars and a JDK.
#   kafka.sh up | down
# KAFKA_PORT (9092), KAFKA_CONTROLLER_PORT (9093), KAFKA_DIR (var/kafka: data, log, pid file), KAFKA_JARS
# (var/kafka-jars), KAFKA_OFFLINE=1 to fail rather than fetch jars, KAFKA_PROPERTIES (none: a file of further
# properties, which win over server.properties).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
port=${KAFKA_PORT:-9092}
controller_port=${KAFKA_CONTROLLER_PORT:-9093}
dir=${KAFKA_DIR:-$root/var/kafka}
jars=${KAFKA_JARS:-$root/var/kafka-jars}
pid_file=$dir/kafka.pid
log=$dir/kafka.log
cluster_id=ZWJid2F0Y2gta2Fma2EtMQ # any 16 bytes in base64: one cluster, for development
ready_within_s=60
stop_within_s=30

fail() {
    echo "kafka: $*" >&2
    exit 1
}

listening() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Whether the process in the pid file is there and is the broker that was started with our configuration.
running() {
    local command
    [[ -f $pid_file ]] && command=$(ps -ww -o command= -p "$(cat "$pid_file")" 2>/dev/null) &&
        [[ $command == *"kafka.Kafka $dir/server.properties" ]]
}

fetch_jars() {
    [[ -f $jars/.complete && $jars/.complete -nt $here/pom.xml ]] && return
    [[ -z ${KAFKA_OFFLINE:-} ]] || fail "its jars are not in $jars yet: run 'make kafka-up' once"
    command -v mvn >/dev/null || fail "needs Maven to fetch its jars: install maven (Debian: apt-get install maven)"
    rm -rf "$jars"
    mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$jars" >&2
    touch "$jars/.complete"
}

up() {
    command -v java >/dev/null || fail "needs Java 17 or later: install a JDK (Debian: apt-get install openjdk-17-jre-headless)"
    if running; then
        echo "EBBWATCH_KAFKA_BOOTSTRAP=127.0.0.1:$port # was up already"
        return
    fi
    for wanted in "$port" "$controller_port"; do
        ! listening "$wanted" || fail "port $wanted is taken: set KAFKA_PORT and KAFKA_CONTROLLER_PORT to free ones"
    done
    fetch_jars
    mkdir -p "$dir"
    sed -e "s|@PORT@|$port|g" -e "s|@CONTROLLER_PORT@|$controller_port|g" -e "s|@DATA@|$dir/data|g" \
        "$here/server.properties" >"$dir/server.properties"
    cat "${KAFKA_PROPERTIES:-/dev/null}" >>"$dir/server.properties"
    local java=(java -Xms128m -Xmx512m "-Dlog4j2.configurationFile=$here/log4j2.properties" -cp "$jars/*")
    "${java[@]}" kafka.tools.StorageTool format --standalone --ignore-formatted \
        --cluster-id "$cluster_id" --config "$dir/server.properties" >"$log" 2>&1 || fail "format failed, see $log"
    # In a session of its own where that exists: Ctrl-C in the terminal is not for the broker.
    nohup $(command -v setsid || true) "${java[@]}" kafka.Kafka "$dir/server.properties" >>"$log" 2>&1 </dev/null &
    echo $! >"$pid_file"
    for ((tenths = 0; tenths < ready_within_s * 10; tenths++)); do
        # Not `running`: a moment ago the process was still this script on its way to becoming java.
        kill -0 "$(cat "$pid_file")" 2>/dev/null || fail "the broker ended at once, see $log: $(tail -n 1 "$log")"
        if grep -q "Kafka Server started" "$log" && listening "$port"; then
            echo "EBBWATCH_KAFKA_BOOTSTRAP=127.0.0.1:$port"
            return
        fi
        sleep 0.1
    done
    down
    fail "not up within $ready_within_s s, see $log"
}

down() {
    if running; then
        local pid
        pid=$(cat "$pid_file")
        kill "$pid"
        for ((tenths = 0; tenths < stop_within_s * 10; tenths++)); do
            running || break
            sleep 0.1
        done
        ! running || kill -9 "$pid"
    fi
    rm -f "$pid_file"
}

case ${1:-} in
up) up ;;
down) down ;;
*) fail "usage: kafka.sh up | down" ;;
esac
