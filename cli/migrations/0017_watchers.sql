-- Which kinds of jobs a server does for which repositories, and until when it counts if it says no more. Servers that share a ledger watch
-- different repositories; jobs of what none of them watches end. Times are by the database's clock.
CREATE TABLE watchers (
    repository TEXT NOT NULL,
    kind TEXT NOT NULL,
    server TEXT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (repository, kind, server)
);
