declare module "*.css?inline" {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: this is how Vite gives a sheet as text.
  export default text;
}
declare module "*.css";
