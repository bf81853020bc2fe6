import type { Behaviour } from '../device/inspect/inventory.ts'
import { type BehaviourFacts, behaviours } from './behaviours.ts'

export interface SampleOptions {
  readonly behaviour: Behaviour
  readonly variant: 'lite' | 'desktop'
  readonly architecture: 'arm64' | 'armhf'
  /** Default: pi-gen, Raspberry Pi's own. */
  readonly builder?: 'pi-gen' | 'rpi-image-gen'
}

/** The options with the facts of their behaviour class at hand. */
export interface Sample extends SampleOptions {
  readonly facts: BehaviourFacts
}

export function sampleOf(options: SampleOptions): Sample {
  return { ...options, facts: behaviours[options.behaviour] }
}
