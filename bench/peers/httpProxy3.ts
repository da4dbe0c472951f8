/** http-proxy-3, the kept-up successor of node-http-proxy, over `node:http` with a keep-alive agent. */

import { nodePeer } from "./nodePeer.ts";

export const httpProxy3 = nodePeer("http-proxy-3", "http-proxy-3", "httpProxy3.mjs");
