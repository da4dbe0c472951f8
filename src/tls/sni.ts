export interface CertificateNames {
	/** Lower-case DNS names: exact, or a wildcard for one label (`*.example.com`). */
	readonly names: readonly string[];
}

/**
 * The certificate for a server name: an exact name before a wildcard (RFC 6125 section 6.4.3), the first one
 * when none fits.
 */
export function chooseByName<T extends CertificateNames>(certificates: readonly T[], serverName: string): T | undefined {
	const name = serverName.toLowerCase();
	const dot = name.indexOf(".");
	const wildcard = dot > 0 ? `*${name.slice(dot)}` : null;
	return (
		certificates.find(({ names }) => names.includes(name)) ??
		certificates.find(({ names }) => wildcard !== null && names.includes(wildcard)) ??
		certificates[0]
	);
}
