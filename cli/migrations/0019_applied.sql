-- What pull requests rolled out before their merge: which stack at which head. A row goes once the head has come to the branch, or
-- once the pull request was told that something else stands. Where it goes back to what the branch says, the row waits for the end of that.
CREATE TABLE applied (
    repository TEXT NOT NULL,
    pull BIGINT NOT NULL,
    stack TEXT NOT NULL,
    head TEXT NOT NULL,
    goes_back BIGINT NOT NULL,
    PRIMARY KEY (repository, pull, stack)
);
