-- wrk: reads one path, and says at the end what bench/run tabulates.
local report = require("bench.report")
done = report
