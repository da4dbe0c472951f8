/** @fastify/http-proxy: fastify in front, undici behind. */

import { nodePeer } from "./nodePeer.ts";

export const fastifyHttpProxy = nodePeer("fastify-http-proxy", "@fastify/http-proxy", "fastifyHttpProxy.mjs");
