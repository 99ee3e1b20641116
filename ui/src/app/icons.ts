import ArrowLeftRight from '@lucide/svelte/icons/arrow-left-right';
import Building from '@lucide/svelte/icons/building';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import ClipboardCheck from '@lucide/svelte/icons/clipboard-check';
import GitFork from '@lucide/svelte/icons/git-fork';
import ListChecks from '@lucide/svelte/icons/list-checks';
import MessageSquareText from '@lucide/svelte/icons/message-square-text';
import Settings from '@lucide/svelte/icons/settings';
import ShieldAlert from '@lucide/svelte/icons/shield-alert';
import SquareStack from '@lucide/svelte/icons/square-stack';
import type { Component } from 'svelte';

/** The picture of a screen in the navigation, by its route. */
export const icons: Record<string, Component<{ size?: number; 'aria-hidden'?: 'true' }>> = {
  tasks: ListChecks,
  totals: ChartColumn,
  inspections: ClipboardCheck,
  recommendations: MessageSquareText,
  bundles: ArrowLeftRight,
  units: Building,
  conflicts: GitFork,
  quarantine: ShieldAlert,
  review: ShieldAlert,
  settings: Settings,
};
/** For a screen without a picture of its own. */
export const anyScreen: Component<{ size?: number; 'aria-hidden'?: 'true' }> = SquareStack;
