/** The same object with some methods replaced; the rest goes to the real one. For tests that need one thing to be slow or to fail. */
export function instead<T extends object>(real: T, methods: Partial<T>): T {
  return new Proxy(real, {
    get(target, name) {
      const replaced = Reflect.get(methods, name);
      if (replaced !== undefined) return replaced;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Stands for another object at a time: a server that is lost, and the empty one that takes its place. */
export class Replaceable<T extends object> {
  readonly front: T;
  real: T;

  constructor(real: T) {
    this.real = real;
    const get = (_: T, name: string | symbol): unknown => {
      const value: unknown = Reflect.get(this.real, name);
      return typeof value === "function" ? value.bind(this.real) : value;
    };
    this.front = new Proxy(real, { get });
  }
}
