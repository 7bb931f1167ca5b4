-- wrk's figures in one line: requests, requests/s, p50 and p99 in ms, answers that were no success.
return function(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.status + summary.errors.timeout
  io.write(string.format("figures\t%d\t%.1f\t%.3f\t%.3f\t%d\n", summary.requests,
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, failed))
end
