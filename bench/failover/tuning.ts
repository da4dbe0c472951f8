/** What all proxies are told alike, in their own words. Milliseconds unless it says something else. */

/** One page of the nodes: it is slow enough that some requests are in flight whenever a node dies. */
export const SERVICE_TIME = 40;
export const PAGE = `/x/count.jsp?ms=${SERVICE_TIME}`;
/** What health checks ask for; it needs no session. */
export const CHECK_PATH = "/x/echo.jsp";

export const CHECK_INTERVAL = 1000;
/** While it is not clear whether a node is up or down, where the proxy has such a thing. */
export const FAST_CHECK_INTERVAL = 500;
export const CHECK_TIMEOUT = 1000;
export const FALL = 2;
export const RISE = 2;
/** Connecting to a node. */
export const CONNECT_TIMEOUT = 1000;
/** Waiting for a node's response, each try. */
export const ANSWER_TIMEOUT = 2000;
/** How long a node is out that traffic, not a check, has found broken. */
export const BROKEN_TIME = 2000;
/** How long an unused connection to a node is kept: less than the nodes' 15 s. */
export const IDLE_TIME = 10_000;

/** Of a request, at the client. */
export const REQUEST_TIMEOUT = 10_000;
/** A response that took longer was slow. */
export const SLOW = 500;

/** How many keep-alive clients with a session of their own there are, and how often each of them asks. */
export const CLIENTS = 24;
export const CLIENT_PERIOD = 100;
/** How often somebody new comes, with no cookie and on a connection of his own. */
export const NEWCOMER_PERIOD = 50;

/** A restarted node has its share again when it gets so many of so many newcomers; an even share is half. */
export const SHARE = { of: 20, least: 8 };
