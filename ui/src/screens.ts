import type { Component } from 'svelte';
import type { Key } from './messages/index.svelte';
import Tasks from './screens/tasks/Tasks.svelte';

/** One screen: where it is reached, what it is called, and for whom. */
export interface Screen {
  route: string;
  title: Key;
  component: Component;
  /** Only at the province, or only at a unit. */
  only?: 'province' | 'unit';
  /** Reached from another screen, not from the navigation. */
  aside?: boolean;
}

/** Every screen, in the order of the navigation. A new one is one line. */
export const screens: Screen[] = [
  { route: 'tasks', title: 'common.nav_tasks', component: Tasks },
];
