// Large packages of words and rules, behind functions: an index in English must not pay the 10 ms that
// loading them takes. CommonJS because only `require` is both synchronous and late, and because a
// bundler keeps it late.
exports.loadSnowball = () => require('snowball-stemmers');
// Languages that the other package lacks, a file each.
const orama = {
  greek: () => require('@orama/stemmers/greek'),
  hindi: () => require('@orama/stemmers/indian'),
  indonesian: () => require('@orama/stemmers/indonesian'),
  lithuanian: () => require('@orama/stemmers/lithuanian'),
  nepali: () => require('@orama/stemmers/nepali'),
  serbian: () => require('@orama/stemmers/serbian'),
};
exports.loadOrama = (name) => orama[name]().stemmer;
exports.loadStopwords = () => require('stopwords-iso');
