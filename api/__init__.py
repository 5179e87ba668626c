"""HTTP: routes, who may do what, problem details."""
