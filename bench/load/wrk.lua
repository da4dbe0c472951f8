-- Prints what wrk counted as one line of JSON. With the argument "post": a POST with a body of 10 KiB.
function init(args)
  if args[1] == "post" then
    wrk.method = "POST"
    wrk.body = string.rep("x", 10240)
    wrk.headers["Content-Type"] = "application/octet-stream"
  end
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'JSON {"requests":%d,"micros":%d,"bytes":%d,"p50":%.3f,"p99":%.3f,"errors":%d}\n',
    summary.requests, summary.duration, summary.bytes,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    e.connect + e.read + e.write + e.status + e.timeout))
end
