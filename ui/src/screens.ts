import type { Component } from 'svelte';
import type { Key } from './messages/index.svelte';
import Bundles from './screens/bundles/Bundles.svelte';
import Gallery from './screens/gallery/Gallery.svelte';
import Inspections from './screens/inspections/Inspections.svelte';
import Recommendations from './screens/recommendations/Recommendations.svelte';
import Conflicts from './screens/review/Conflicts.svelte';
import Quarantine from './screens/review/Quarantine.svelte';
import Settings from './screens/settings/Settings.svelte';
import TakingIn from './screens/taking-in/TakingIn.svelte';
import Tasks from './screens/tasks/Tasks.svelte';
import Totals from './screens/totals/Totals.svelte';
import Units from './screens/units/Units.svelte';

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
  { route: 'totals', title: 'common.nav_totals', component: Totals },
  { route: 'take-in', title: 'common.nav_take_in', component: TakingIn, aside: true },
  { route: 'inspections', title: 'common.nav_inspections', component: Inspections },
  { route: 'recommendations', title: 'common.nav_recommendations', component: Recommendations },
  { route: 'bundles', title: 'common.nav_bundles', component: Bundles },
  { route: 'units', title: 'common.nav_units', component: Units, only: 'province' },
  { route: 'conflicts', title: 'review.conflicts', component: Conflicts, aside: true },
  { route: 'quarantine', title: 'review.quarantine', component: Quarantine, aside: true },
  { route: 'gallery', title: 'gallery.title', component: Gallery, aside: true },
  { route: 'settings', title: 'common.nav_settings', component: Settings },
];
