-- When a run's engine was asked to stop; NULL when it was not. A second time it would drop what is under way.
ALTER TABLE runs ADD COLUMN asked_at BIGINT;
