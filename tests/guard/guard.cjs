// No test reaches beyond loopback: the same rule as sitecustomize.py, for child Node processes.
// Loaded through NODE_OPTIONS=--require before any other code.
"use strict";

const dgram = require("node:dgram");
const dns = require("node:dns");
const fs = require("node:fs");
const module_ = require("node:module");
const net = require("node:net");

const loopback = new net.BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");
loopback.addSubnet("::ffff:127.0.0.0", 104, "ipv6");

function isLocal(host) {
  if (host === undefined || host === null || host === "") return true;
  const name = String(host).toLowerCase().replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  const family = net.isIP(name);
  if (family === 0) return name === "localhost";
  return loopback.check(name, family === 6 ? "ipv6" : "ipv4");
}

function refusal(doing, host) {
  const sentence =
    `A test tried to ${doing} '${host}'. Tests reach loopback only: ` +
    "start a server on 127.0.0.1, or replace fetch in the script.";
  const log = process.env.TOUCHSTONE_GUARD_LOG;
  if (log) fs.appendFileSync(log, sentence + "\n");
  return Object.assign(new Error(sentence), { code: "EBEYONDLOOPBACK" });
}

// net.connect, http, https, tls and fetch all end here, with the options as an object, as
// (port, host), or as the array that net.connect has already put in order.
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function guardedConnect(...given) {
  const first = Array.isArray(given[0]) ? given[0][0] : given[0];
  const isOptions = typeof first === "object" && first !== null;
  const isPath = isOptions ? Boolean(first.path) : typeof first === "string" && isNaN(first);
  const host = isOptions ? first.host : typeof given[1] === "string" ? given[1] : undefined;
  if (!isPath && !isLocal(host)) throw refusal("connect to", host);
  return connect.apply(this, given);
};

const send = dgram.Socket.prototype.send;
dgram.Socket.prototype.send = function guardedSend(...given) {
  const host = given.slice(1).find((value) => typeof value === "string");
  if (!isLocal(host)) throw refusal("send to", host);
  return send.apply(this, given);
};
const dgramConnect = dgram.Socket.prototype.connect;
dgram.Socket.prototype.connect = function guardedDgramConnect(port, host, ...rest) {
  if (typeof host === "string" && !isLocal(host)) throw refusal("send to", host);
  return dgramConnect.call(this, port, host, ...rest);
};

// Every way of asking a name server. A numeric address is not looked up anywhere.
function guardLookups(asker) {
  for (const name of Object.keys(asker)) {
    if (!/^(lookup|lookupService|resolve\w*|reverse)$/.test(name)) continue;
    const ask = asker[name];
    if (typeof ask !== "function") continue;
    asker[name] = function guardedLookup(host, ...rest) {
      const answeredHere = name === "lookup" && net.isIP(String(host)) !== 0;
      if (!answeredHere && !isLocal(host)) throw refusal("look up", host);
      return ask.call(this, host, ...rest);
    };
  }
}
guardLookups(dns);
guardLookups(dns.promises);
guardLookups(dns.Resolver.prototype);
guardLookups(dns.promises.Resolver.prototype);
module_.syncBuiltinESMExports();
