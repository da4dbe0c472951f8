/** The web applications of API Manager 3.0 and later. */
export const PORTALS = ["publisher", "devportal", "admin"] as const;
