-- Deliveries of webhooks that were taken, by id and by a hash of what they said.
CREATE TABLE deliveries (
    repository TEXT NOT NULL,
    id TEXT NOT NULL,
    digest TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (repository, id),
    UNIQUE (repository, digest)
);

CREATE INDEX deliveries_by_time ON deliveries (at);

-- Commands in comments, each acted upon once, with what was answered.
CREATE TABLE commands (
    repository TEXT NOT NULL,
    comment TEXT NOT NULL,
    pull BIGINT NOT NULL,
    answer TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (repository, comment)
);

CREATE INDEX commands_by_pull ON commands (repository, pull, at);

-- Commits of forks that somebody who may write has read.
CREATE TABLE trusted (
    repository TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    who TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (repository, commit_id)
);

-- When a server first looked at a repository: what was said before is not acted upon.
CREATE TABLE watched (
    repository TEXT PRIMARY KEY NOT NULL,
    since BIGINT NOT NULL
);

-- Who is signed in. `id` is a hash: who reads the ledger can be nobody by it.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY NOT NULL,
    person TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    until BIGINT NOT NULL
);

-- Who did what, each row with a hash over itself and the row before, so that none can be changed or left out unseen.
CREATE TABLE audit (
    sequence BIGINT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    did TEXT NOT NULL,
    what TEXT NOT NULL,
    details TEXT NOT NULL,
    hash TEXT NOT NULL
);
