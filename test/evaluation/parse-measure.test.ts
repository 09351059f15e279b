import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors/index.js';
import { measureNames, parseMeasure } from '../../src/evaluation/index.js';

describe('parseMeasure', () => {
  it.each([
    ['nDCG@10', 'nDCG@10', 10],
    ['ndcg@10', 'nDCG@10', 10],
    ['ndcg_cut_10', 'nDCG@10', 10],
    ['ndcg_cut.10', 'nDCG@10', 10],
    ['ndcg', 'nDCG', undefined],
    ['nDCG(dcg=exp-log2)@5', "nDCG(dcg='exp-log2')@5", 5],
    ['nDCG(dcg="log2")', 'nDCG', undefined],
    ['map', 'AP', undefined],
    ['MAP@20', 'AP@20', 20],
    ['map_cut_20', 'AP@20', 20],
    ['AP(rel=2)', 'AP(rel=2)', undefined],
    ['AP( rel = 1 )', 'AP', undefined],
    ['gm_map', 'GMAP', undefined],
    ['recip_rank', 'RR', undefined],
    ['MRR@10', 'RR@10', 10],
    ['P_5', 'P@5', 5],
    ['p@5', 'P@5', 5],
    ['Precision@5', 'P@5', 5],
    ['P(rel=2)@10', 'P(rel=2)@10', 10],
    ['R@100', 'R@100', 100],
    ['r@100', 'R@100', 100],
    ['recall_100', 'R@100', 100],
    ['recall.100', 'R@100', 100],
    ['success_5', 'Success@5', 5],
    ['success@5', 'Success@5', 5],
    ['RPREC', 'Rprec', undefined],
    ['bpref', 'Bpref', undefined],
    ['iprec_at_recall_0.10', 'IPrec@0.1', undefined],
    ['IPrec@1', 'IPrec@1.0', undefined],
    ['IPrec@0', 'IPrec@0.0', undefined],
    ['11pt_avg', '11pt_avg', undefined],
    ['RBP', 'RBP(p=0.8)', undefined],
    ['rbp', 'RBP(p=0.9)', undefined],
    ['RBP(rel=1,p=0.5)@10', 'RBP(p=0.5,rel=1)@10', 10],
    ['ERR@20', 'ERR@20', 20],
    ['err(max=3)', 'ERR(max=3)', undefined],
    ['Judged@10', 'Judged@10', 10],
    ['set_P', 'SetP', undefined],
    ['set_recall', 'SetR', undefined],
    ['set_F', 'SetF', undefined],
    ['SetF(beta=0.5)', 'SetF(beta=0.5)', undefined],
    ['num_ret', 'NumRet', undefined],
    ['num_rel', 'NumRel', undefined],
    ['num_rel_ret', 'NumRelRet', undefined],
    ['NumRet(rel=2)', 'NumRelRet(rel=2)', undefined],
  ])('%s is %s', (text, name, depth) => {
    const measure = parseMeasure(text);
    expect(measure).toMatchObject({ name, depth, needs: 'qrels' });
    expect(parseMeasure(measure.name).name).toBe(name);
  });

  it('recall@k is against the truth, in that spelling only', () => {
    expect(parseMeasure('recall@10')).toEqual({ name: 'recall@10', needs: 'truth', depth: 10 });
    for (const either of ['Recall@10', 'RECALL@10', 'recall']) {
      expect(() => parseMeasure(either)).toThrow(
        /recall@10 against exact neighbours, R@10 against judgments/,
      );
    }
  });

  it.each([
    ['nDGC@10', "did you mean 'nDCG@10'?"],
    ['ndgc_cut_10', "did you mean 'ndcg_cut'?"],
    ['recal@10', "did you mean 'recall@10'?"],
    ['succes@5', "did you mean 'Success@5'?"],
    ['whatever', 'known are nDCG, AP'],
    ['P', 'write P@10'],
    ['ndcg_cut', 'write nDCG@10'],
    ['IPrec', 'write IPrec@0.1'],
    ['Bpref@10', 'takes no cut-off'],
    ['nDCG@0', 'whole numbers from 1'],
    ['nDCG@1.5', 'whole numbers from 1'],
    ['nDCG@1e3', 'whole numbers from 1'],
    ['IPrec@1.1', '0.0 to 1.0'],
    ['AP(p=1)', 'AP takes rel='],
    ['Judged(rel=1)@5', 'takes no parameters'],
    ['AP(rel=0)', 'whole number from 1'],
    ['RBP(p=1)', 'between 0 and 1'],
    ['nDCG(dcg=ln)', 'log2 or exp-log2'],
    ['SetF(beta=0)', 'above 0'],
    ['ERR(max=0)@5', 'from 1 to 1000'],
    ['nDCG@10@5', 'nDCG@10'],
    ['', 'write it like'],
  ])('refuses %s and says: %s', (text, says) => {
    expect(() => parseMeasure(text)).toThrow(UsageError);
    expect(() => parseMeasure(text)).toThrow(says);
    expect(() => parseMeasure(text)).toThrow(/^[^\n]*$/);
  });

  it('takes every form and alias that measureNames lists', () => {
    for (const { forms, aliases } of measureNames) {
      for (const written of [...forms, ...aliases]) {
        const example = written
          .replace(/ .*/, '')
          .replace(/([@_])k$/, '$110')
          .replace(/([@_])r$/, '$10.1')
          .replace('rel=N', 'rel=2');
        expect(parseMeasure(example).name, written).toBeTruthy();
      }
    }
  });

  it('docs/measures.md has every name, form, alias and formula', () => {
    const page = readFileSync(new URL('../../docs/measures.md', import.meta.url), 'utf8');
    for (const { name, forms, aliases, what, formula } of measureNames) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\``));
      expect(row, name).toBeDefined();
      for (const part of [...forms, ...aliases]) expect(row).toContain(`\`${part}\``);
      expect(row).toContain(what);
      expect(row).toContain(formula);
    }
  });
});
