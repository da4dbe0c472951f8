import { testBothProducts } from "./products.ts";

testBothProducts("dash");
