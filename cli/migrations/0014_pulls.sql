-- What pull requests were told last, for the page, as JSON.
CREATE TABLE pulls (
    repository TEXT NOT NULL,
    number BIGINT NOT NULL,
    shown TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (repository, number)
);
