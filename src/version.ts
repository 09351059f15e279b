/** Version of this package, recorded in every index. A test holds it equal to package.json's. */
export const VERSION = '0.1.0';
