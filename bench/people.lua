-- wrk: asks for one path as one person after the other, whose tokens stand in the file TOKENS. With
-- METHOD=PATCH of /api/me each gets another display name: one command to one entity.
done = require("bench.report")

local tokens = require("bench.lines")("TOKENS")
local method = os.getenv("METHOD") or "GET"

local count = 0
request = function()
  count = count + 1
  local headers = { ["Authorization"] = "Bearer " .. tokens[count % #tokens + 1] }
  if method == "GET" then return wrk.format("GET", nil, headers) end
  headers["Content-Type"] = "application/json"
  return wrk.format(method, nil, headers, '{"display_name": "Ann ' .. count .. '"}')
end
