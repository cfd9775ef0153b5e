// What a list shows, kept in the address, so that Back, Reload and a copied link show the same.

const LONGEST_SEARCH = 200;
export const SIZES = [25, 50, 100, 200];

/** Reads an address's query; whatever is not understood falls back to the default. */
export function readQuery(url) {
  const values = url.searchParams;
  const filters = Object.create(null);
  for (const [name, value] of values) if (name.startsWith("filter.")) filters[name.slice(7)] = value;
  const size = Number(values.get("size"));
  return {
    search: (values.get("search") ?? "").slice(0, LONGEST_SEARCH),
    sort: values.get("sort") ?? "",
    page: Math.max(1, Math.min(Number.parseInt(values.get("page"), 10) || 1, 1_000_000)),
    size: SIZES.includes(size) ? size : SIZES[0],
    filters,
  };
}

/** The query as parameters, the same names for the page and for the API. `all`: defaults too. */
export function writeQuery(query, { all = false } = {}) {
  const values = new URLSearchParams();
  if (query.search) values.set("search", query.search);
  if (query.sort) values.set("sort", query.sort);
  if (all || query.page > 1) values.set("page", String(query.page));
  if (all || query.size !== SIZES[0]) values.set("size", String(query.size));
  for (const [name, value] of Object.entries(query.filters)) values.set(`filter.${name}`, value);
  return values;
}

const left = new Map();

/** Remembers how a list was left, so that "back to the list" finds it again. */
export const rememberList = (screen, url) => left.set(screen, url.pathname + url.search);
export const listAddress = (screen) => left.get(screen) ?? `/${screen}`;
