import { testBothProducts } from "./products.ts";

testBothProducts("slash");
