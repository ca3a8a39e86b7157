-- What the newest successful run of a stack put out, as a keyed digest: whoever read another one is rolled out anew. `reads` holds from
-- now on for each name the digest of what that stack put out before the run began, where that is known.
ALTER TABLE stacks ADD COLUMN put_out TEXT;
