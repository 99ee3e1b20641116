"""Geodiff as its documentation shows it. Prints the most memory held, in KiB."""
import os, resource, shutil, sys
import pygeodiff

geodiff = pygeodiff.GeoDiff()
what = sys.argv[1]
if what == "difference":
    geodiff.create_changeset(*sys.argv[2:5])
elif what == "rebase":
    folder, changes = sys.argv[2:4]
    at = lambda name: os.path.join(folder, name)
    shutil.copyfile(at("base.db"), at("theirs.db"))
    geodiff.apply_changeset(at("theirs.db"), changes)
    geodiff.rebase(at("base.db"), at("theirs.db"), at("mine.db"), at("conflicts.json"))
    os.replace(at("theirs.db"), at("base.db"))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
