import type { CommandSpec } from './command.js';
import {
  analyzeOptions,
  buildOptions,
  checkOptions,
  evalOptions,
  exportOptions,
  getOptions,
  infoOptions,
} from './options/index.js';
import { queryCommand } from './query-command.js';

/** In the order of --help. */
export const commands: CommandSpec[] = [
  {
    name: 'build',
    arguments: '<inputs...>',
    summary: 'build an index from files',
    examples: [
      'shortlist build docs.jsonl -o my.index',
      'shortlist build scifact/ -o scifact.index --lang en',
      'shortlist build base.bvecs.gz -o sift.index --metric l2 --vector-index hnsw:M=16,efConstruction=200',
      'shortlist build docs.jsonl --vectors emb=docs.fvecs.gz -o hybrid.index',
      'zcat docs.jsonl.gz | shortlist build - -o fresh.index',
    ],
    options: buildOptions,
  },
  queryCommand,
  {
    name: 'eval',
    arguments: '[index]',
    summary: 'measure how good the answers are, and how fast',
    examples: [
      'shortlist eval my.index --queries queries.jsonl --qrels qrels/test.tsv -m nDCG@10 -m R@100',
      'shortlist eval sift.index --queries query.bvecs --truth gt.ivecs -m recall@10 --ef-search 80',
      "shortlist eval my.index --queries q.jsonl --qrels qrels.tsv --assert 'nDCG@10>=0.32'",
      'shortlist eval hybrid.index --queries q.jsonl --vectors emb=q.fvecs --qrels qrels.tsv --each-branch --fusion rrf --fusion minmax',
      'shortlist eval sift.index --queries query.bvecs --exact --sweep efSearch=10..400 --target-recall 0.95',
      'shortlist eval --run other.run --qrels qrels.tsv',
      "shortlist eval new.index --queries q.jsonl --qrels qrels.tsv --baseline old.index --max-drop 'nDCG@10=0.01'",
    ],
    options: evalOptions,
  },
  {
    name: 'info',
    arguments: '<index>',
    summary: 'say what is inside an index and how large each part is',
    examples: ['shortlist info my.index', 'shortlist info my.index --json'],
    options: infoOptions,
  },
  {
    name: 'get',
    arguments: '<index> <ids...>',
    summary: 'print stored documents by id, as JSONL',
    examples: ['shortlist get my.index doc7 doc9', 'shortlist get my.index doc7 --fields title,year'],
    options: getOptions,
  },
  {
    name: 'check',
    arguments: '<index>',
    summary: 'read every byte, verify checksums and structure',
    examples: ['shortlist check my.index', 'shortlist check my.index && echo sound'],
    options: checkOptions,
  },
  {
    name: 'analyze',
    arguments: '[text...]',
    summary: 'print the terms that a text becomes',
    examples: [
      'shortlist analyze --lang zh "数据库索引"',
      'shortlist analyze --index my.index "the quick foxes"',
      "shortlist analyze --lang de --json 'Häuser und Hütten' | jq '.tokens[].term'",
      'shortlist analyze --lang en < lines.txt',
    ],
    options: analyzeOptions,
  },
  {
    name: 'export',
    arguments: '<index>',
    summary: 'write the text of an index as a CIFF file, for Anserini, PISA, Terrier and others',
    examples: [
      'shortlist export my.index -o my.ciff',
      'shortlist export my.index -o - | gzip > my.ciff.gz',
      'shortlist build other.ciff.gz -o other.index --lang en --stemmer porter1',
    ],
    options: exportOptions,
  },
  {
    name: 'completions',
    arguments: '<shell>',
    summary: 'print a script that completes commands and options: for bash, zsh or fish',
    examples: [
      'source <(shortlist completions bash)',
      'shortlist completions zsh > ~/.zfunc/_shortlist',
      'shortlist completions fish > ~/.config/fish/completions/shortlist.fish',
    ],
    options: [],
  },
];
