import { testBothProducts } from "./products.ts";

testBothProducts("bare");
