// The two large word packages, behind functions: an index in English must not pay the 10 ms that
// loading them takes. CommonJS because only `require` is both synchronous and late, and because a
// bundler keeps it late.
exports.loadSnowball = () => require('snowball-stemmers');
exports.loadStopwords = () => require('stopwords-iso');
