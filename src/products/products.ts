/** The registry: every product by the name that `product:` in portico.yaml gives it. A new one is a folder beside this file and two lines here. */
import { http } from "./http/http.ts";
import { type Product, versionOf } from "./product.ts";
import { wso2Apim } from "./wso2Apim/wso2Apim.ts";
import { wso2Is } from "./wso2Is/wso2Is.ts";

/** In the order in which the documentation lists them. */
export const PRODUCT_NAMES = ["wso2-is", "wso2-apim", "http"] as const;
export type ProductName = (typeof PRODUCT_NAMES)[number];

export const PRODUCTS: Readonly<Record<ProductName, Product>> = { "wso2-is": wso2Is, "wso2-apim": wso2Apim, http };

/** Names of the products that have a table of contexts. */
export const PRESET_NAMES: readonly ProductName[] = PRODUCT_NAMES.filter((name) => !PRODUCTS[name].isFree);

/** What the service's version of its product has. */
export function productFor({ product, version }: { readonly product: ProductName; readonly version?: string | undefined }): Product {
	return versionOf(PRODUCTS[product], version);
}

/** Whether nothing is known of the product: see {@link Product.isFree}. */
export function isFree({ product }: { readonly product: ProductName }): boolean {
	return PRODUCTS[product].isFree;
}

/** The product that a plan names: the plan knows it as a label only. */
export function productNamed(label: string): Product {
	const name = PRODUCT_NAMES.find((each) => each === label);
	return name === undefined ? http : PRODUCTS[name];
}
