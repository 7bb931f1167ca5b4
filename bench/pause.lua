-- wrk: with PAUSE_MS in the environment a connection waits between two requests, so long on average and
-- never the same, or all would come at once. Without it, or with 0, it does not wait.
local pause = tonumber(os.getenv("PAUSE_MS") or 0)
if pause > 0 then
  function delay() return math.random(0, 2 * pause) end
end
