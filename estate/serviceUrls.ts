export const SUPER_TENANT = "carbon.super";

export interface UrlSettings {
	/** `HostName` of carbon.xml. */
	readonly hostName: string;
	/** `proxyPort`, else the port of the https transport. */
	readonly port: number;
	/** `ProxyContextPath`: "" or "/x". */
	readonly proxyContextPath: string;
}

/**
 * WSO2's ServiceURLBuilder: public URLs come from configuration alone, never from the request.
 */
export class ServiceUrls {
	readonly #origin: string;
	readonly #prefix: string;
	readonly #override: (tenant: string) => string;

	/** @param override another origin for the URLs of a tenant, while it is not "" */
	constructor(settings: UrlSettings, override: (tenant: string) => string = () => "") {
		this.#override = override;
		this.#origin = `https://${settings.hostName}${settings.port === 443 ? "" : `:${settings.port}`}`;
		this.#prefix = settings.proxyContextPath;
	}

	get origin(): string {
		return this.#override(SUPER_TENANT) || this.#origin;
	}

	/** `getAbsolutePublicURL` */
	absolute(path: string, tenant: string): string {
		return (this.#override(tenant) || this.#origin) + this.#prefix + this.internal(path, tenant);
	}

	/** `getRelativeInternalURL`: without the proxy context path, which is a known fault of the product. */
	internal(path: string, tenant: string): string {
		return tenant === SUPER_TENANT ? path : `/t/${tenant}${path}`;
	}
}
