import { conforms } from "./policy.fixture.ts";
import { random } from "./random.ts";

conforms(random, { exact: false });
