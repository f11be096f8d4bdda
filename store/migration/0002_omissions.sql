-- What the engine heard and took for invented. A person can have it back.
CREATE TABLE omissions (
    id         INTEGER PRIMARY KEY,
    transcript INTEGER NOT NULL REFERENCES transcripts (id) ON DELETE CASCADE,
    begin      REAL NOT NULL,
    reason     TEXT NOT NULL,
    segment    TEXT NOT NULL -- JSON: the segment as it would have been
) STRICT;
CREATE INDEX omissions_in_order ON omissions (transcript, begin);

-- Seconds that it took to load the model.
ALTER TABLE transcripts ADD COLUMN load REAL NOT NULL DEFAULT 0;
