#Requires -RunAsAdministrator
<#
.SYNOPSIS
Turns a Windows machine into a kiosk: a user without rights, the screen as its shell, the agent as a task.

.DESCRIPTION
Windows 10 or 11, Enterprise, Education or IoT Enterprise. Install Python 3.11 for all users and the wheels first
(INSTALL.txt). Repeating it changes nothing. The way back: install-kiosk.ps1 -Remove; it keeps the data.

.EXAMPLE
.\install-kiosk.ps1 -Programs "C:\Program Files\hailong\Scripts"
#>
param(
    [string] $Programs = "C:\Program Files\hailong\Scripts",
    [string] $User = "hailong",
    [switch] $Remove
)
$ErrorActionPreference = "Stop"
$Kiosk = Join-Path $Programs "kiosk.exe"
$Settings = Join-Path $env:ProgramData "hailong"
$Data = Join-Path $Settings "data"
$Task = "hailong agent"

function Get-ShellLauncher {
    Enable-WindowsOptionalFeature -Online -FeatureName Client-EmbeddedShellLauncher -All -NoRestart | Out-Null
    Get-CimClass -Namespace "root\standardcimv2\embedded" -ClassName "WESL_UserSetting"
}

function Get-Sid([string] $Name) {
    (New-Object System.Security.Principal.NTAccount($Name)).Translate([System.Security.Principal.SecurityIdentifier]).Value
}

$Launcher = Get-ShellLauncher

if ($Remove) {
    Invoke-CimMethod -CimClass $Launcher -MethodName RemoveCustomShell -Arguments @{ Sid = Get-Sid $User } | Out-Null
    Unregister-ScheduledTask -TaskName $Task -Confirm:$false -ErrorAction SilentlyContinue
    Write-Host "The kiosk's screen and agent are off. The data stays in $Data."
    return
}
if (-not (Test-Path $Kiosk)) { throw "There is no $Kiosk : install the wheels first (INSTALL.txt), or name their folder with -Programs." }

# A user without rights, who is signed in when the machine starts. The password is drawn here and known to nobody.
if (-not (Get-LocalUser -Name $User -ErrorAction SilentlyContinue)) {
    $Bytes = New-Object byte[] 24
    [Security.Cryptography.RandomNumberGenerator]::Create().GetBytes($Bytes)
    $Drawn = [Convert]::ToBase64String($Bytes)
    New-LocalUser -Name $User -Password (ConvertTo-SecureString $Drawn -AsPlainText -Force) -PasswordNeverExpires -UserMayNotChangePassword | Out-Null
    Add-LocalGroupMember -SID "S-1-5-32-545" -Member $User
    Write-Host "Set automatic sign-in for $User with Sysinternals Autologon (it keeps the password encrypted); set a password of your own first."
}

# The data for that user and the administrators alone; the settings may be read by it.
New-Item -ItemType Directory -Force -Path $Data | Out-Null
icacls $Data /inheritance:r /grant "*S-1-5-32-544:(OI)(CI)F" "*S-1-5-18:(OI)(CI)F" "${User}:(OI)(CI)M" | Out-Null
$File = Join-Path $Settings "kiosk.toml"
if (-not (Test-Path $File)) {
    # Forward slashes: in TOML a backslash begins an escape.
    [IO.File]::WriteAllText($File, "data_dir = `"$($Data -replace '\\', '/')`"`n")
}

# The agent starts with the machine, and again a minute after it ended.
$Action = New-ScheduledTaskAction -Execute $Kiosk -Argument "sync"
$Trigger = New-ScheduledTaskTrigger -AtStartup
$Rules = New-ScheduledTaskSettingsSet -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) -ExecutionTimeLimit ([TimeSpan]::Zero) -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
$Identity = New-ScheduledTaskPrincipal -UserId $User -LogonType S4U -RunLevel Limited
Register-ScheduledTask -TaskName $Task -Action $Action -Trigger $Trigger -Settings $Rules -Principal $Identity -Force | Out-Null

# The screen is the user's shell: no desktop, no taskbar; it is started again whenever it ends (0 = restart the shell).
Invoke-CimMethod -CimClass $Launcher -MethodName SetDefaultShell -Arguments @{ Shell = "explorer.exe"; DefaultAction = 0 } | Out-Null
$Shell = @{ Sid = Get-Sid $User; Shell = "`"$Kiosk`" run"; CustomReturnCodes = $null; CustomReturnCodesAction = $null; DefaultAction = 0 }
Invoke-CimMethod -CimClass $Launcher -MethodName SetCustomShell -Arguments $Shell | Out-Null
Invoke-CimMethod -CimClass $Launcher -MethodName SetEnabled -Arguments @{ Enabled = $true } | Out-Null

# The panel stays on, and edges and gestures of Windows do nothing.
powercfg /change monitor-timeout-ac 0
powercfg /change standby-timeout-ac 0
$Edge = "HKLM:\SOFTWARE\Policies\Microsoft\Windows\EdgeUI"
New-Item -Path $Edge -Force | Out-Null
Set-ItemProperty -Path $Edge -Name AllowEdgeSwipe -Type DWord -Value 0

Write-Host "Done. Enrol as that user:  kiosk enroll URL CODE ; then restart the machine."
