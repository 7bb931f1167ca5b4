-- wrk: what LOAD names, "search" (the URL) or "create" (bench/post.lua), from many connections, each of
-- which waits between two requests, PAUSE_MS on average and never the same, or all would come at once;
-- so more is asked for than is served. Counts what was refused, and how.
if os.getenv("LOAD") == "create" then require("bench.post") end
require("bench.pause")

local threads = {}
function setup(thread) threads[#threads + 1] = thread end

served, refused, unexplained, other = 0, 0, 0, 0
function response(status, headers)
  if status == 200 or status == 201 then
    served = served + 1
  elseif status == 503 then
    refused = refused + 1
    if not (headers["Retry-After"] or headers["retry-after"]) then unexplained = unexplained + 1 end
  else
    other = other + 1
  end
end

function done(summary, latency)
  local sums = { served = 0, refused = 0, unexplained = 0, other = 0 }
  for _, thread in ipairs(threads) do
    for name in pairs(sums) do sums[name] = sums[name] + thread:get(name) end
  end
  local errors = summary.errors
  io.write(string.format("figures\t%.1f\t%.1f\t%d\t%d\t%.0f\n",
    sums.served / (summary.duration / 1e6), sums.refused / (summary.duration / 1e6),
    sums.unexplained, sums.other + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(99) / 1e3))
end
