-- wrk: reads one path, and says at the end what bench/run tabulates.
done = require("bench.report")
require("bench.pause")
