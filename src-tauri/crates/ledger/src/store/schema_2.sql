-- Version 2 of the tables.

-- The latest epoch in which each device of another unit, or sibling, has told what it has of a channel.
CREATE TABLE heard (
  device INTEGER NOT NULL REFERENCES device, channel INTEGER NOT NULL REFERENCES channel, epoch INTEGER NOT NULL,
  PRIMARY KEY (device, channel)
) STRICT, WITHOUT ROWID;
INSERT INTO heard (device, channel, epoch)
  SELECT a.device, f.channel, max(a.epoch) FROM acknowledged a JOIN feed f ON f.id = a.feed GROUP BY a.device, f.channel;

-- How far such a device has a feed, by its last bundle, where that goes beyond what is here. A feed goes by its header's name.
CREATE TABLE told (
  device INTEGER NOT NULL REFERENCES device, channel INTEGER NOT NULL REFERENCES channel,
  feed BLOB NOT NULL, n INTEGER NOT NULL, hash BLOB NOT NULL,
  PRIMARY KEY (device, channel, feed, n, hash)
) STRICT, WITHOUT ROWID;

-- What such a device said that it has of a feed for lines of which it asks, until a bundle is made for it; -1: not even the header.
CREATE TABLE asking (
  device INTEGER NOT NULL REFERENCES device, feed INTEGER NOT NULL REFERENCES feed, n INTEGER NOT NULL,
  PRIMARY KEY (device, feed)
) STRICT, WITHOUT ROWID;
