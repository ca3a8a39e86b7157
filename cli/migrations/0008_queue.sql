-- What is to be done next. One row stands for all that was asked of one subject: a push while it waits only names a newer
-- commit. A row goes when it is done. `asked` counts what was asked, and `taken` is how far whoever works on it has read;
-- `held_until` and `fence` are its lease, as a stack's are. Times are by the database's clock.
CREATE TABLE queue (
    id TEXT PRIMARY KEY NOT NULL,
    repository TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    skipped TEXT NOT NULL DEFAULT '',
    asked BIGINT NOT NULL DEFAULT 1,
    taken BIGINT NOT NULL DEFAULT 0,
    attempts BIGINT NOT NULL DEFAULT 0,
    message TEXT,
    queued_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    holder TEXT,
    held_until BIGINT NOT NULL DEFAULT 0,
    fence BIGINT NOT NULL DEFAULT 0,
    claimed_at BIGINT,
    UNIQUE (repository, kind, subject)
);

CREATE INDEX queue_by_time ON queue (due_at, queued_at);

-- When each repository was last served, so that a busy one keeps no other waiting. The row without a name is locked by
-- whoever takes from the queue, one after the other.
CREATE TABLE turns (
    repository TEXT PRIMARY KEY NOT NULL,
    served_at BIGINT NOT NULL
);

INSERT INTO turns (repository, served_at) VALUES ('', 0);
