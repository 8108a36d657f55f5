-- status of one submission after the other, from the file of ids in BENCH_IDS, in an order that jumps about
local ids, n = {}, 0
for id in io.lines(os.getenv("BENCH_IDS")) do ids[#ids + 1] = id end

function request()
  n = (n + 7919) % #ids
  return wrk.format("GET", "/v1/submissions/" .. ids[n + 1])
end

function done(s, lat, _)
  local e = s.errors
  io.write(string.format(
    '\nJSON {"requests":%d,"us":%d,"p50":%d,"p90":%d,"p99":%d,"max":%d,"non2xx":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d}\n',
    s.requests, s.duration, lat:percentile(50), lat:percentile(90), lat:percentile(99), lat.max,
    e.status, e.connect, e.read, e.write, e.timeout))
end
