// msgpackr behind a function: only writers need it, and loading it costs a query some 10 ms. CommonJS because only
// `require` is both synchronous and late, and because a bundler keeps it late.
exports.loadPackr = () => require('msgpackr/pack').Packr;
