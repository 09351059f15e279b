/** The HDF5 library compiled to WebAssembly; it weighs 4 MB, so it is loaded when an HDF5 file is opened. */
export { File, ready } from 'h5wasm/node';
