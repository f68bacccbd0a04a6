import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'
import { mount } from 'svelte'
import App from './shell/App.svelte'
import { prefs } from './model/prefs.svelte'

const target = document.getElementById('app')
if (!target) throw new Error('index.html lost its #app')
await prefs.begin()
mount(App, { target })
