// The board of those who run the bank: services, day end, positions, bus.
import './shell.js';
import { showBus } from './bus.js';
import { showDayEnd } from './day_end.js';
import { showHealth } from './health.js';
import { showPositions } from './positions.js';

showHealth(document.getElementById('health'));
showDayEnd(document.getElementById('day-end'));
showPositions(document.getElementById('positions'));
showBus(document.getElementById('bus'));
