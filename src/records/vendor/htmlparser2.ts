/** The tokenizer of a parser of HTML as it is found. */
export { Tokenizer } from 'htmlparser2';
