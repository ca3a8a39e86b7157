-- Which other server somebody signed in by, empty for a token, and the groups that it named, one a line.
ALTER TABLE sessions ADD COLUMN signed_in_by TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN teams TEXT NOT NULL DEFAULT '';

-- Sign-ins that came back from another server, each good once. `id` is a hash.
CREATE TABLE sign_ins (
    id TEXT PRIMARY KEY NOT NULL,
    until BIGINT NOT NULL
);
