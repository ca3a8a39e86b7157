-- The stacks whose outputs the newest successful run read, as JSON: the program's text need not tell.
ALTER TABLE stacks ADD COLUMN reads TEXT NOT NULL DEFAULT '[]';
